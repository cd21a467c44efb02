# region light
def light(kiln):
    return kiln.lit
# endregion light
