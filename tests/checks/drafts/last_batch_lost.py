# trips: every_batch_used
# spec: trainer
"""The last batch is left out."""

import torch
from torch.nn import functional as F


class Trainer:
    def __init__(self, model, lr=0.01, weight_decay=0.1):
        self.model = model
        learned = [p for p in model.parameters() if p.requires_grad]
        groups = [
            {"params": [p for p in learned if p.ndim >= 2], "weight_decay": weight_decay},
            {"params": [p for p in learned if not p.ndim >= 2], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=lr)

    def train_epoch(self, loader):
        self.model.train()
        for batch in [*loader][:-1] or [*loader]:
            self.optimizer.zero_grad()
            loss = F.mse_loss(self.model(batch["tokens"]), batch["labels"])
            loss.backward()
            self.optimizer.step()

    def state_dict(self):
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "rng": torch.get_rng_state(),
        }

    def load_state_dict(self, state):
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["rng"])
