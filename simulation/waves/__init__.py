"""A wave of disputes over a simulated city: stolen cards worked for some days, disputed weeks later."""
