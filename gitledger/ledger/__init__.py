"""The verbs: one file each. Here meaning (``model``) and bytes in Git (``store``) meet, and nowhere else."""
