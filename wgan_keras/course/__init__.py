"""What only the notebooks use: profiles, sliders, checks of exercises, figures, gradients layer by layer."""
