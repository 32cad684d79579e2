def seed_of(base_seed, worker_id):
    return base_seed + worker_id


def loader(data, make, start):
    return make(data, worker_init_fn=start)


def untouched(seed, epoch):
    return seed + epoch


# Behaviour


def behave():
    return [seed_of(7, 1), loader([], lambda data, worker_init_fn: worker_init_fn, 3)]
