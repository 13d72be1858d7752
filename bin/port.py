"""Say early and clearly when a port is taken: `python3 bin/port.py 8000`."""

import socket
import sys


def main(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 65535:
        print(f"PORT={text} is not a port number (1 to 65535).", file=sys.stderr)
        return 1
    try:
        with socket.create_server(("127.0.0.1", int(text))):
            return 0
    except PermissionError:
        reason = "is reserved for root"
    except OSError:
        reason = "is taken by another program (perhaps a demo that is still running)"
    other = 8001 if text == "8000" else 8000
    print(f"Port {text} {reason}. Choose another one: make demo PORT={other}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
