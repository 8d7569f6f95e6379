"""What is known of a payment at its moment: named facts, worked out from what came before it."""
