"""What each part of the learners is worth: replicates with one part switched off beside the whole learner."""
