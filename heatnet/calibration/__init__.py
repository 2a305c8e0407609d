"""The thermal camera calibrated against an RGB stereo pair without a pattern, and its images carried into the left view.

Read in this order: ``camera`` (the rig), ``recordings``, ``checks`` and ``stereo`` (what goes in), ``edges`` (what the modalities share),
``alignment`` and ``search`` (a coarse start), ``unknowns`` and ``refine`` (to a fraction of a pixel), ``belonging`` (which frames fit),
``solver`` (all together), ``uncertainty`` and ``report`` (how sure it is, in numbers and in words), ``delay`` (clocks that differ),
``online`` (again, from a few frames of a drive), ``warp`` and ``align`` (the images). ``costs`` holds the authors' wordings
taken literally, ``files`` and ``opencv`` read and write rigs, ``error`` compares one with the truth.
"""
