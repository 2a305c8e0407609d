"""The thermal camera calibrated against an RGB stereo pair without a pattern, and its images carried into the left view.

Read in this order: ``camera`` (the rig), ``recordings`` and ``stereo`` (what goes in), ``edges`` (what the modalities share),
``alignment`` and ``search`` (a coarse start), ``unknowns`` and ``refine`` (to a fraction of a pixel), ``solver`` (both together),
``warp`` and ``align`` (the images). ``files`` reads and writes rigs, ``error`` compares one with the truth.
"""
