"""The figures of the notebooks, a module for each: functions that take results and return a figure."""
