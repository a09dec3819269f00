-- Once, when the database is empty. The user comes through the socket, which only Nedslag's containers share.
CREATE ROLE nedslag LOGIN;
CREATE ROLE nedslag_analyst;
CREATE ROLE nedslag_reader;
CREATE DATABASE dagster OWNER nedslag;
CREATE DATABASE nedslag OWNER nedslag;
