"""What is pure in this room: keys and ciphertexts, telephone numbers, the document of a person."""
