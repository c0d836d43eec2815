from enum import StrEnum


class AuthType(StrEnum):
    BOTH = "both"
    DIGEST = "digest"
    NETWORK = "network"

    def __str__(self) -> str:
        return str(self.value)
