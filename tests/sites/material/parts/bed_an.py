def annotated(bed: str) -> str:
    return bed
