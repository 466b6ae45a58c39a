"""`anxin drill`: years of alerts in virtual time against the real engine and stores, judged from outside."""
