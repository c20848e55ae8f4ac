"""Lesions, grades and counts"""
