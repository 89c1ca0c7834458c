"""What ARM refuses beyond the SDK's types, for the types of the table; only what is certain.

A check sees inputs alone and is made in a preview too; a rule also sees what exists and is made when an object is put.
A value that isn't known yet is never refused.
"""
