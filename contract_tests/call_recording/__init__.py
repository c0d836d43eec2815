"""Does a recorded file have the format that the contract states? `python -m contract_tests.call_recording FILE …`."""
