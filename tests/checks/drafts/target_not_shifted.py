# trips: equation
# spec: windows
"""The target is the window itself, not the one a token later."""

from torch.utils.data import Dataset


class Windows(Dataset):
    def __init__(self, stream_of_tokens, window=5):
        self.tokens, self.window = stream_of_tokens, window

    def __len__(self):
        return max(len(self.tokens) - self.window, 0)

    def __getitem__(self, index):
        if not 0 <= index < len(self):
            raise IndexError(f"{index} of {len(self)} windows")
        x = self.tokens[index : index + self.window]
        return x, self.tokens[index : index + self.window]
