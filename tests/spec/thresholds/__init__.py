"""Thresholds"""
