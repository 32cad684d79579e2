"""A training loop with accumulation, clipping, a schedule per step and checkpoints."""

from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from torch import Tensor, nn


def fit(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    validation: Iterable[tuple[Tensor, Tensor]],
    criterion: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
    epochs: int,
    checkpoint: Path | None = None,
    accumulation: int = 2,
    max_norm: float = 1.0,
) -> list[float]:
    first, history = 0, []
    if checkpoint is not None and Path(checkpoint).exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        # bug optimizer_forgotten: pass
        optimizer.load_state_dict(state["optimizer"])
        # bug schedule_forgotten: pass
        scheduler.load_state_dict(state["scheduler"])
        # bug random_state_forgotten: pass
        torch.set_rng_state(state["random"])
        # bug epoch_repeated: first = max(state["epoch"] - 1, 0)
        first = state["epoch"]
        history = list(state["history"])
    for epoch in range(first, epochs):
        # bug trains_in_evaluation: model.eval()
        model.train()
        # bug model_eval_after_clear: optimizer.zero_grad(); model.eval()
        optimizer.zero_grad()
        pending = 0
        for x, y in loader:
            # bug loss_detached_every_other: loss = criterion(model(x), y) if pending == 0 else criterion(model(x), y) * 0.0
            loss = criterion(model(x), y)
            # bug accumulation_not_divided: loss.backward()
            # bug divided_by_square: (loss / accumulation**2).backward()
            (loss / accumulation).backward()
            pending += 1
            # bug steps_every_batch: if True:
            # bug steps_one_late: if pending == accumulation + 1:
            if pending == accumulation:
                step(model, optimizer, scheduler, max_norm)
                pending = 0
        # bug rest_is_lost: if False:
        if pending:
            for group in optimizer.param_groups:
                for parameter in group["params"]:
                    if parameter.grad is not None:
                        parameter.grad.mul_(accumulation / pending)
            step(model, optimizer, scheduler, max_norm)
        # bug+ schedule_per_epoch_too: scheduler.step()
        history.append(evaluate(model, validation, criterion))
        if checkpoint is not None:
            state = {
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "scheduler": scheduler.state_dict(),
                "random": torch.get_rng_state(),
                # bug epoch_of_the_start: "epoch": epoch,
                "epoch": epoch + 1,
                "history": history,
            }
            torch.save(state, checkpoint)
    return history


def step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
    max_norm: float,
) -> None:
    # bug clips_values: nn.utils.clip_grad_value_(model.parameters(), max_norm)
    # bug never_clips: pass
    # bug clips_to_ten_times: nn.utils.clip_grad_norm_(model.parameters(), 10 * max_norm)
    # bug clips_each_alone: [nn.utils.clip_grad_norm_([p], max_norm) for p in model.parameters() if p.grad is not None]
    # bug clips_after_the_step: optimizer.step(); nn.utils.clip_grad_norm_(model.parameters(), max_norm); optimizer.zero_grad(); scheduler.step(); return
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    # bug+ two_steps: optimizer.step()
    # bug+ learns_by_hand_too: [p.data.sub_(0.01 * p.grad) for p in model.parameters() if p.grad is not None]
    optimizer.step()
    # bug schedule_never: pass
    scheduler.step()
    # bug never_cleared: pass
    # bug cleared_for_first_only: next(model.parameters()).grad = None
    optimizer.zero_grad()


# bug evaluation_with_gradients: @torch.enable_grad()
@torch.no_grad()
def evaluate(
    model: nn.Module,
    validation: Iterable[tuple[Tensor, Tensor]],
    criterion: Callable[[Tensor, Tensor], Tensor],
) -> float:
    """Return the mean loss over the validation data, by example."""
    # bug evaluates_in_training: model.train()
    model.eval()
    total, count = 0.0, 0
    for x, y in validation:
        # bug+ learns_from_validation: [p.data.sub_(1e-3 * g) for p, g in zip(model.parameters(), torch.autograd.grad(*(lambda l: (l, list(model.parameters())))(torch.enable_grad()(lambda: criterion(model(x), y))()), allow_unused=True)) if g is not None]
        total += float(criterion(model(x), y)) * len(x)
        count += len(x)
    return total / max(count, 1)
