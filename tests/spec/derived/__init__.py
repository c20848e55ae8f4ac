"""Derived quantities"""
