"""What IAM policy documents together allow: read by their grammar, judged so that nothing allowed is overlooked.

It asks as an attacker does, who brings whatever condition keys can be chosen. So an answer isn't yes or no but one of
four (`truth.py`): an Allow that may hold counts, a Deny only where it surely holds.
"""
