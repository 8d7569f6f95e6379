"""The third family of habits: a motorcycle-taxi city of stages, agents, kiosks, quests and carrier addresses.

Shares no code with the other families on how crews, look-alikes and ordinary people behave.
"""
