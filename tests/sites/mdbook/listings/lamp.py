import lamp

# ANCHOR: turn
def turn(wheel):
    return wheel + 1
# ANCHOR_END: turn
