"""The trial office: what a person may do in a running trial, one function for each act.

An act takes a desk (one serialised transaction of the store), the person at the door and its own arguments; it checks
right, policy and signature, and appends one event. How the event reaches the disk is the business of `store`.
"""
