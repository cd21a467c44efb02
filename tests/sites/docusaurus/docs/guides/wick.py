def trim(wick):
    return wick[1:]
