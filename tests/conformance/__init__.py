"""Small cases, each with the answer that every evaluator must give."""
