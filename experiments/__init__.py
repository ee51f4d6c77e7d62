"""Real data and real networks: the paper's Fig. 1 and section 5, free of any user interface."""
