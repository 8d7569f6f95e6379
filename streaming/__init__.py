"""Events in, flags out: decoding, admission, sources, sinks and the run over finite inputs.

``detect`` reads files or standard input, feeds an ``Engine`` and writes the result files. ``ColumnDecoder``,
``Admission`` and ``Pseudonyms`` are its steps, for programs that bring their own source; ``Decoder`` judges
one record at a time.
"""

from streaming.columns import ColumnDecoder, Decoded
from streaming.dead_letters import DeadLetter, dead_letter
from streaming.decode import Decoder, Record
from streaming.deduplicate import Admission, Admitted
from streaming.detect import DetectConfig, Progress, detect
from streaming.ports import Engine
from streaming.pseudonyms import Pseudonyms
from streaming.sinks.results import RESULT_FILES, ResultFolder
from streaming.sources.files import STANDARD_INPUT, InputFiles
from streaming.summary import Summary

__all__ = [
    "RESULT_FILES",
    "STANDARD_INPUT",
    "Admission",
    "Admitted",
    "ColumnDecoder",
    "DeadLetter",
    "Decoded",
    "Decoder",
    "DetectConfig",
    "Engine",
    "InputFiles",
    "Progress",
    "Pseudonyms",
    "Record",
    "ResultFolder",
    "Summary",
    "dead_letter",
    "detect",
]
