"""Windows and days"""
