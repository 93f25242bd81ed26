"""The race: the same job by one program after another, against the stand-in, and a page that shows who waited when."""
