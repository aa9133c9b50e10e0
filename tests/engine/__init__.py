"""The use case as front ends see it: the same answer, whatever was kept, and in how many processes it was found."""
