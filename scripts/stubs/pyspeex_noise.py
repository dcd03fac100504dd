"""Stand-in for pyspeex-noise, which has no wheel for Python 3.14.

See `pymicro_vad` beside this file for why.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Output:
    """Audio that went through the processor."""

    audio: bytes


class AudioProcessor:
    """Noise suppressor that leaves the audio as it is."""

    def __init__(self, auto_gain: float, noise_suppression: int) -> None:
        """Accept the settings that Home Assistant passes."""

    def Process10ms(self, audio: bytes) -> Output:
        """Return ten milliseconds of audio unchanged."""
        return Output(audio)
