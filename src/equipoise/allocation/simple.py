"""Simple randomisation: every share has the same chance at every place."""


def compute_weights(n_shares: int) -> list[int]:
    """Chances of the shares, as whole numbers in proportion."""
    return [1] * n_shares
