# Home Assistant serves its own validator under this name, so its types are the true ones.
from probatio import *
