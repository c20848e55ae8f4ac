"""Absence"""
