"""Windows of a multivariate time series for forecasting, each normalised by its own history."""

import torch
from torch.utils.data import DataLoader, Dataset


class SeriesWindows(Dataset):
    """Cuts a series into pairs of a history and the horizon that follows it.

    Each channel of a window is centred and scaled by mean and standard deviation of its history, which are given as
    well, so that forecasts can be scaled back.

    Args:
        series: The values (time, channels).
        window: Length of the history.
        horizon: Length of what is to be forecast.
        stride: Distance between the beginnings of two windows.
        eps: Is added to the standard deviation.
    """

    def __init__(self, series, window=12, horizon=3, stride=2, eps=1e-3):
        # bug whole_series_standardised: self.series = (series - series.mean(dim=0)) / (series.std(dim=0, unbiased=False) + eps)
        self.series = series
        # bug window_one_longer: self.window = window + 1
        self.window = window
        self.horizon = horizon
        # bug stride_ignored: self.stride = 1
        self.stride = stride
        self.eps = eps

    def __len__(self):
        # bug last_window_lost: return max(0, (len(self.series) - self.window - self.horizon) // self.stride)
        # bug stride_of_the_length_only: return max(0, len(self.series) // self.stride - (self.window + self.horizon) // self.stride)
        return max(0, (len(self.series) - self.window - self.horizon) // self.stride + 1)

    def __getitem__(self, index):
        """Give history (window, channels), future (horizon, channels), centre and scale (channels)."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"window {index} of {len(self)}")
        start = index % len(self) * self.stride
        end = start + self.window
        history = self.series[start:end]
        # bug future_overlaps_the_history: future = self.series[end - 1 : end - 1 + self.horizon]
        # bug future_reversed: future = self.series[end : end + self.horizon].flip(0)
        future = self.series[end : end + self.horizon]
        # bug future_in_the_statistics: centre = torch.cat((history, future)).mean(dim=0)
        # bug one_centre_for_all_channels: centre = history.mean().expand(history.size(1)).clone()
        # bug last_value_as_the_centre: centre = history[-1].clone()
        centre = history.mean(dim=0)
        # bug unbiased_deviation: scale = history.std(dim=0) + self.eps
        # bug epsilon_below_the_root: scale = (history.var(dim=0, unbiased=False) + self.eps).sqrt()
        # bug deviation_of_the_future: scale = future.std(dim=0, unbiased=False) + self.eps
        scale = history.std(dim=0, unbiased=False) + self.eps
        # bug normalised_in_place: history.sub_(centre).div_(scale)
        history = (history - centre) / scale
        # bug future_left_raw: future = future.clone()
        future = (future - centre) / scale
        return {"history": history, "future": future, "centre": centre, "scale": scale}


def make_loader(dataset, batch_size=8, shuffle=True, drop_last=False, seed=0):
    """Give batches of windows in an order that the seed decides, a new one in each epoch."""
    # bug global_order: generator = None
    generator = torch.Generator().manual_seed(seed)
    # bug always_dropped: return DataLoader(dataset, batch_size, shuffle=shuffle, drop_last=True, generator=generator)
    # bug always_shuffled: return DataLoader(dataset, batch_size, shuffle=True, drop_last=drop_last, generator=generator)
    return DataLoader(dataset, batch_size, shuffle=shuffle, drop_last=drop_last, generator=generator)
