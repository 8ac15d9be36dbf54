// Nothing to call: hypot and hypotf are declared by <math.h>. See hypot.c.
