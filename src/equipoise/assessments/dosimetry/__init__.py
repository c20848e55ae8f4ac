"""Absorbed doses of radionuclide therapy from measured activities: numbers in, numbers with their evidence out.

Images, regions of interest and calibration of a camera are left to others: what enters here is an activity in an organ
at a time. What a dose means for the next cycle is for the limits of a protocol and the criteria that read them.
"""
