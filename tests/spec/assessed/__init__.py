"""Assessments"""
