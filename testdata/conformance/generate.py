PROFILES=("all",)
def draw(*a): pass
