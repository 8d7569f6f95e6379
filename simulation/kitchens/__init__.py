"""The fourth family of habits: a super-app with rides, food, parcels and a wallet.

Couriers are drivers, diners are riders, and a trip may be a delivery. Shares no code with the other families
on how crews, look-alikes and ordinary people behave.
"""
