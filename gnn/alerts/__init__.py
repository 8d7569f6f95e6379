"""The alert contract: thresholds that keep false alerts within a stated share, promised and kept.

Nothing here is slow to load: every start of ``detect`` and the service passes through.
"""

from gnn.alerts.alert import Alert, alerts_of, is_false
from gnn.alerts.calibration import Calibration, CityAlerts, city_alerts, load_calibration
from gnn.alerts.contract import AlertContract
from gnn.alerts.weeks import Kept, Week, days_of, kept, weeks_of

__all__ = [
    "Alert",
    "AlertContract",
    "Calibration",
    "CityAlerts",
    "Kept",
    "Week",
    "alerts_of",
    "city_alerts",
    "days_of",
    "is_false",
    "kept",
    "load_calibration",
    "weeks_of",
]
