"""The fifth family of habits: a European city with cars, couriers on bicycles, visitors and weekly quests.

Shares no code with the other families on how crews, look-alikes and ordinary people behave.
"""
