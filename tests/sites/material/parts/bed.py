"""A bed of the garden."""


# --8<-- [start:sow]
def sow(seed):
    # --8<-- [start:deep]
    depth = 3
    # --8<-- [end:deep]
    return seed, depth
# --8<-- [end:sow]


def weed(bed):
    return bed
