"""Combining truths"""
