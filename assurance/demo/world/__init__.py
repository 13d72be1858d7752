"""The demo world: people, goods and a past of orders, made through the services.

`cast` says who trades, `goods` and the files in `data/` what they trade and how it is sent. `plots` are the
courses that an order can take, told with the acts of `deal`; `programme` says which are played, and `stage`
plays them in order of time up to the present. `load` is the way in.
"""
