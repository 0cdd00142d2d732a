"""What only the notebooks use: profiles, sliders, a look at gradients layer by layer."""
