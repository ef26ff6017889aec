"""How near learned policies come to the optimum of centres that are solved exactly."""
