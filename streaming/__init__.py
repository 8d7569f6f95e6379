"""Events in, flags out: decoding, admission, sources, sinks and the run over finite inputs.

``detect`` reads files or standard input, feeds a ``DetectionEngine`` and writes the result files.
``ColumnDecoder``, ``AdmissionPipeline`` and ``Pseudonyms`` are its steps, for programs that bring their own
source; ``Decoder`` judges one record at a time.
"""

from streaming.admission.deduplicate import Admission, Admitted
from streaming.admission.pipeline import AdmissionPipeline, AdmittedEvents
from streaming.admission.pseudonyms import Pseudonyms
from streaming.contract.dead_letters import DeadLetter, dead_letter
from streaming.contract.ports import DetectionEngine
from streaming.decoding.columns import ColumnDecoder, Decoded
from streaming.decoding.decode import Decoder, Record
from streaming.files.detect import DetectConfig, Progress, detect
from streaming.files.sinks.results import RESULT_FILES, ResultFolder
from streaming.files.sources.files import STANDARD_INPUT, InputFiles
from streaming.files.summary import Summary

__all__ = [
    "RESULT_FILES",
    "STANDARD_INPUT",
    "Admission",
    "AdmissionPipeline",
    "Admitted",
    "AdmittedEvents",
    "ColumnDecoder",
    "DeadLetter",
    "Decoded",
    "Decoder",
    "DetectConfig",
    "DetectionEngine",
    "InputFiles",
    "Progress",
    "Pseudonyms",
    "Record",
    "ResultFolder",
    "Summary",
    "dead_letter",
    "detect",
]
