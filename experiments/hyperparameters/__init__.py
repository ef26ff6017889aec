"""Search of the hyperparameters of gradient learners on centres of no headline cell."""
