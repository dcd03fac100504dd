"""Stand-in for pymicro-vad, which has no wheel for Python 3.14.

Home Assistant's `assist_pipeline` only imports it at start-up; without it the list of
actions cannot be built and the frontend stays on its loading screen. No voice reaches
CrossWatch's demo, so the detector never hears any.
"""


class MicroVad:
    """Voice activity detector that hears silence."""

    def Process10ms(self, audio: bytes) -> float:
        """Return the probability of speech in ten milliseconds of audio."""
        return 0.0
