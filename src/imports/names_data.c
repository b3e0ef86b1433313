/* Word lists for believable people and a believable shop. Names are common
 * ones; that somebody bears such a name is as likely as in a phone book. */
#include "imports/names_data.h"

#define WORDS(name_, ...)                                                                          \
    static const char *const name_##_words[] = {__VA_ARGS__};                                      \
    enum { name_##_count = sizeof(name_##_words) / sizeof(*name_##_words) }

/* clang-format off */
WORDS(india_first,
    "Aarav", "Aditi", "Aditya", "Aishwarya", "Ajay", "Akash", "Amit", "Amrita", "Ananya", "Anil",
    "Anita", "Anjali", "Ankit", "Anushka", "Arjun", "Arun", "Asha", "Ashok", "Ayesha", "Bharat",
    "Bhavna", "Chandra", "Chitra", "Deepa", "Deepak", "Devika", "Dinesh", "Divya", "Farhan", "Fatima",
    "Gaurav", "Gayatri", "Geeta", "Gopal", "Harish", "Harpreet", "Hema", "Imran", "Indira", "Ishaan",
    "Jaspreet", "Jaya", "Jyoti", "Kabir", "Kamala", "Karan", "Karthik", "Kavita", "Kiran", "Krishna",
    "Lakshmi", "Lalita", "Leela", "Madhav", "Mahesh", "Manish", "Manju", "Meena", "Meera", "Mohan",
    "Mukesh", "Nandini", "Naresh", "Neha", "Nikhil", "Nisha", "Nitin", "Padma", "Pallavi", "Pankaj",
    "Parvati", "Pooja", "Prakash", "Pranav", "Prasad", "Priya", "Radha", "Rahul", "Raj", "Rajesh",
    "Rakesh", "Ramesh", "Rani", "Ravi", "Reena", "Rekha", "Ritu", "Rohan", "Rohit", "Sachin",
    "Sandeep", "Sangeeta", "Sanjay", "Sara", "Sarita", "Shalini", "Shanti", "Shivani", "Shreya", "Siddharth",
    "Sita", "Sneha", "Sunil", "Sunita", "Suresh", "Swati", "Tanvi", "Tara", "Uma", "Usha",
    "Varun", "Vidya", "Vijay", "Vikram", "Vinod", "Vivek", "Yash", "Zara", "Zoya", "Om");
WORDS(india_last,
    "Acharya", "Agarwal", "Ahmed", "Ali", "Anand", "Arora", "Bajaj", "Banerjee", "Basu", "Bhat",
    "Bhatia", "Bhatt", "Bose", "Chakraborty", "Chatterjee", "Chauhan", "Chopra", "Chowdhury", "D'Souza", "Das",
    "Datta", "Dave", "Desai", "Deshmukh", "Deshpande", "Dhillon", "Dixit", "Dutta", "Fernandes", "Gandhi",
    "Ganguly", "Garg", "Ghosh", "Gill", "Goel", "Gowda", "Goyal", "Grewal", "Gupta", "Hegde",
    "Hussain", "Iyengar", "Iyer", "Jadhav", "Jain", "Jha", "Joshi", "Kamath", "Kapoor", "Kaur",
    "Khan", "Khanna", "Kulkarni", "Kumar", "Lal", "Mahajan", "Malhotra", "Malik", "Mathur", "Mehra",
    "Mehta", "Menon", "Mishra", "Mukherjee", "Nair", "Naidu", "Naik", "Nambiar", "Narayan", "Pandey",
    "Parekh", "Patel", "Patil", "Pillai", "Prabhu", "Prasad", "Puri", "Raman", "Rao", "Rathore",
    "Reddy", "Roy", "Saxena", "Sehgal", "Sen", "Seth", "Shah", "Sharma", "Shenoy", "Shetty",
    "Shukla", "Siddiqui", "Singh", "Sinha", "Srinivasan", "Subramanian", "Tandon", "Thakur", "Tiwari", "Trivedi",
    "Varghese", "Varma", "Venkatesan", "Verma", "Vyas", "Yadav");
WORDS(us_first,
    "Aaron", "Abigail", "Adam", "Alexander", "Alexis", "Amanda", "Amber", "Amy", "Andrea", "Andrew",
    "Angela", "Anna", "Anthony", "Ashley", "Austin", "Barbara", "Benjamin", "Beth", "Betty", "Brandon",
    "Brenda", "Brian", "Brittany", "Carol", "Catherine", "Charles", "Cheryl", "Christina", "Christopher", "Daniel",
    "David", "Deborah", "Dennis", "Diana", "Donald", "Donna", "Dorothy", "Dylan", "Edward", "Elijah",
    "Elizabeth", "Emily", "Emma", "Eric", "Ethan", "Evelyn", "Frank", "Gary", "George", "Grace",
    "Gregory", "Hannah", "Harold", "Heather", "Helen", "Henry", "Isabella", "Jack", "Jacob", "James",
    "Jason", "Jeffrey", "Jennifer", "Jessica", "John", "Jonathan", "Joseph", "Joshua", "Judith", "Julia",
    "Justin", "Karen", "Kathleen", "Kayla", "Keith", "Kenneth", "Kevin", "Kimberly", "Kyle", "Larry",
    "Laura", "Lauren", "Lily", "Linda", "Lisa", "Logan", "Madison", "Margaret", "Maria", "Mark",
    "Mary", "Matthew", "Megan", "Melissa", "Michael", "Michelle", "Mia", "Nancy", "Nathan", "Nicholas",
    "Nicole", "Noah", "Olivia", "Pamela", "Patrick", "Paul", "Peter", "Rachel", "Rebecca", "Richard",
    "Robert", "Ryan", "Samantha", "Samuel", "Sandra", "Sarah", "Scott", "Sharon", "Stephanie", "Steven",
    "Susan", "Thomas", "Timothy", "Tyler", "Victoria", "Virginia", "Walter", "William", "Zachary", "Zoe");
WORDS(us_last,
    "Adams", "Allen", "Anderson", "Bailey", "Baker", "Barnes", "Bell", "Bennett", "Brooks", "Brown",
    "Bryant", "Butler", "Campbell", "Carter", "Clark", "Coleman", "Collins", "Cook", "Cooper", "Cox",
    "Cruz", "Davis", "Diaz", "Edwards", "Evans", "Fisher", "Flores", "Foster", "Garcia", "Gibson",
    "Gomez", "Gonzalez", "Graham", "Gray", "Green", "Griffin", "Hall", "Hamilton", "Harris", "Harrison",
    "Hayes", "Henderson", "Hernandez", "Hill", "Howard", "Hughes", "Jackson", "James", "Jenkins", "Johnson",
    "Jones", "Jordan", "Kelly", "Kennedy", "King", "Lee", "Lewis", "Long", "Lopez", "Marshall",
    "Martin", "Martinez", "Mason", "McDonald", "Miller", "Mitchell", "Moore", "Morgan", "Morris", "Murphy",
    "Murray", "Myers", "Nelson", "Nguyen", "O'Brien", "O'Connor", "Ortiz", "Owens", "Parker", "Patterson",
    "Perez", "Perry", "Peterson", "Phillips", "Powell", "Price", "Ramirez", "Reed", "Reyes", "Reynolds",
    "Richardson", "Rivera", "Roberts", "Robinson", "Rodriguez", "Rogers", "Ross", "Russell", "Sanchez", "Sanders",
    "Scott", "Simmons", "Smith", "Stewart", "Sullivan", "Taylor", "Thomas", "Thompson", "Torres", "Turner",
    "Walker", "Wallace", "Ward", "Washington", "Watson", "West", "White", "Williams", "Wilson", "Wood",
    "Woods", "Wright", "Young");
WORDS(europe_first,
    "Adèle", "Agnieszka", "Aino", "Alejandro", "Álvaro", "Amélie", "Ana", "Anaïs", "Andrés", "Anke",
    "Antoine", "Arnaud", "Åsa", "Astrid", "Aurélie", "Bartosz", "Beatriz", "Benoît", "Birgit", "Björn",
    "Camille", "Carmen", "Cécile", "Chiara", "Chloé", "Ciarán", "Clara", "Claude", "Dagmar", "Dimitris",
    "Eilidh", "Élodie", "Émile", "Emília", "Enzo", "Eoin", "Erik", "Eszter", "Eva", "Fabio",
    "Federica", "Felix", "Fernando", "Fiona", "François", "Françoise", "Freya", "Frédéric", "Gaëlle", "Giulia",
    "Giuseppe", "Görkem", "Grażyna", "Greta", "Gustav", "Hélène", "Henrik", "Inès", "Ingrid", "Irène",
    "Ivana", "Jakub", "Jan", "Jérôme", "Jesús", "Joanna", "João", "Jörg", "José", "Joséphine",
    "Jürgen", "Kateřina", "Katja", "Krzysztof", "Lars", "László", "Léa", "Lieke", "Lorenzo", "Lotte",
    "Luís", "Łukasz", "Magdalena", "Maëlle", "Małgorzata", "Marco", "Margarida", "María", "Marie", "Márta",
    "Mathilde", "Matteo", "Max", "Miguel", "Mikael", "Mónica", "Nathalie", "Niamh", "Nicolás", "Noël",
    "Núria", "Óscar", "Ólafur", "Paweł", "Pedro", "Petra", "Piotr", "Raúl", "Renée", "René",
    "Saoirse", "Sebastián", "Siobhán", "Sofía", "Søren", "Stéphane", "Sven", "Théo", "Thérèse", "Tomáš",
    "Ulrike", "Uwe", "Valentina", "Véronique", "Wiebke", "Wojciech", "Xavier", "Yannick", "Zoë", "Zsófia");
WORDS(europe_last,
    "Almeida", "Álvarez", "Andersen", "Åkesson", "Bauer", "Beaumont", "Becker", "Bergström", "Bianchi", "Björklund",
    "Blanc", "Bonnet", "Braun", "Brännström", "Caruso", "Castaño", "Chevalier", "Colombo", "Costa", "Côté",
    "Dąbrowski", "De Jong", "De Luca", "De Vries", "Dubois", "Dupont", "Durand", "Dvořák", "Eriksson", "Esposito",
    "Fernández", "Ferrari", "Fischer", "Fontaine", "Fournier", "Fuchs", "García", "Garnier", "Gauthier", "Girard",
    "Gómez", "González", "Groß", "Gruber", "Guérin", "Gutiérrez", "Hansen", "Hernández", "Hofmann", "Horváth",
    "Huber", "Ibáñez", "Jansen", "Jiménez", "Johansson", "Kaiser", "Kamiński", "Keller", "Klein", "Koch",
    "Kovács", "Kowalska", "Kowalski", "Krüger", "Lefèvre", "Lemaître", "Lewandowski", "Lindqvist", "López", "Lüdenscheidt",
    "MacLeod", "Marchetti", "Marín", "Martínez", "Mayer", "Mazur", "Mercier", "Meyer", "Møller", "Moreau",
    "Moreno", "Müller", "Muñoz", "Murphy", "Nagy", "Neumann", "Nielsen", "Nikolaou", "Novák", "Nowak",
    "Núñez", "Ó Briain", "Oliveira", "Öztürk", "Papadopoulos", "Pereira", "Pérez", "Petersen", "Petit", "Popescu",
    "Ramírez", "Ricci", "Richter", "Rodríguez", "Romano", "Rousseau", "Ruiz", "Russo", "Sánchez", "Santos",
    "Schäfer", "Schmidt", "Schneider", "Schröder", "Schulz", "Schwarz", "Silva", "Sørensen", "Sousa", "Strömberg",
    "Suárez", "Svensson", "Szabó", "Tóth", "Van den Berg", "Van Dijk", "Vázquez", "Virtanen", "Visser", "Von Braun",
    "Wagner", "Weber", "Weiß", "Wiśniewski", "Wójcik", "Wolf", "Ximénez", "Zając", "Zieliński", "Zimmermann");
WORDS(area,
    "Indiranagar", "Koramangala", "Jayanagar", "Malleshwaram", "Whitefield", "HSR Layout", "BTM Layout", "Frazer Town",
    "Ulsoor", "Domlur", "Rajajinagar", "Basavanagudi", "Banashankari", "Hebbal", "Yelahanka", "Richmond Town",
    "Shivajinagar", "Sadashivanagar", "Marathahalli", "Bellandur");
WORDS(street,
    "MG Road", "100 Feet Road", "Church Street", "Brigade Road", "Residency Road", "1st Main Road", "4th Cross",
    "8th Main Road", "CMH Road", "Park Road", "Temple Street", "Lake View Road", "Hosur Road", "Station Road",
    "Bazaar Street", "Museum Road", "Palace Road", "Cubbon Road", "Double Road", "Nehru Street");
WORDS(tag, "regular", "vip", "family", "student", "newsletter", "festival", "wholesale", "delivery");
WORDS(note,
    "Prefers bags without plastic.", "Asks for the bill by e-mail.", "Allergic to peanuts.",
    "Comes on Saturdays, buys for the neighbours too.", "Call before delivering.",
    "Likes to hear about new teas.", "Pays at the end of the month.", "Speaks Kannada and English.");
/* clang-format on */

#define LIST(name_)                                                                                \
    {                                                                                              \
        name_##_words, name_##_count                                                               \
    }
const struct words first_names[NAMES_REGIONS] = {LIST(india_first), LIST(us_first),
                                                 LIST(europe_first)};
const struct words last_names[NAMES_REGIONS] = {LIST(india_last), LIST(us_last), LIST(europe_last)};
const struct words demo_areas = LIST(area);
const struct words demo_streets = LIST(street);
const struct words demo_tags = LIST(tag);
const struct words demo_notes = LIST(note);

/* clang-format off */
const struct article articles[] = {
    {"RIC-001", "Basmati rice 1 kg", 14500, 9, 0},     {"RIC-005", "Basmati rice 5 kg", 66000, 4, 0},
    {"RIC-011", "Sona masoori rice 5 kg", 34500, 5, 0}, {"FLO-001", "Wheat flour 1 kg", 5200, 9, 0},
    {"FLO-005", "Wheat flour 5 kg", 23500, 5, 0},      {"FLO-010", "Gram flour 500 g", 6000, 4, 0},
    {"DAL-001", "Toor dal", 16800, 7, 1},              {"DAL-002", "Moong dal", 14200, 5, 1},
    {"DAL-003", "Chana dal", 9800, 5, 1},              {"DAL-004", "Red lentils", 11600, 4, 1},
    {"OIL-001", "Sunflower oil 1 l", 14200, 7, 0},     {"OIL-002", "Mustard oil 1 l", 16900, 3, 0},
    {"OIL-003", "Ghee 500 ml", 33500, 4, 0},           {"SPI-001", "Turmeric powder 200 g", 6400, 4, 0},
    {"SPI-002", "Chilli powder 200 g", 8200, 4, 0},    {"SPI-003", "Garam masala 100 g", 7800, 4, 0},
    {"SPI-004", "Cumin seeds 100 g", 7200, 4, 0},      {"SPI-005", "Cardamom 50 g", 21500, 1, 0},
    {"SUG-001", "Sugar 1 kg", 4800, 8, 0},             {"SUG-002", "Jaggery 500 g", 5500, 3, 0},
    {"SAL-001", "Iodised salt 1 kg", 2800, 5, 0},      {"TEA-001", "Assam tea 250 g", 13500, 7, 0},
    {"TEA-002", "Darjeeling tea 100 g", 22000, 2, 0},  {"COF-001", "Filter coffee 200 g", 12500, 5, 0},
    {"COF-002", "Instant coffee 50 g", 18500, 4, 0},   {"MIL-001", "Milk 500 ml", 2700, 16, 0},
    {"MIL-002", "Milk 1 l", 5400, 14, 0},              {"MIL-003", "Curd 400 g", 3500, 11, 0},
    {"MIL-004", "Paneer 200 g", 9500, 7, 0},           {"MIL-005", "Butter 100 g", 5800, 6, 0},
    {"MIL-006", "Cheese slices", 14000, 3, 0},         {"EGG-006", "Eggs, 6", 5400, 9, 0},
    {"EGG-012", "Eggs, 12", 10200, 6, 0},              {"BRE-001", "White bread", 4500, 10, 0},
    {"BRE-002", "Brown bread", 5500, 7, 0},            {"BRE-003", "Pav, 6", 3500, 5, 0},
    {"VEG-001", "Onions", 4200, 12, 1},                {"VEG-002", "Potatoes", 3600, 12, 1},
    {"VEG-003", "Tomatoes", 4800, 12, 1},              {"VEG-004", "Carrots", 6400, 6, 1},
    {"VEG-005", "Green beans", 8400, 4, 1},            {"VEG-006", "Cauliflower", 5000, 5, 0},
    {"VEG-007", "Coriander, bunch", 1500, 8, 0},       {"VEG-008", "Green chillies", 9600, 4, 1},
    {"FRU-001", "Bananas", 6200, 11, 1},               {"FRU-002", "Apples", 18400, 6, 1},
    {"FRU-003", "Mangoes", 22400, 4, 1},               {"FRU-004", "Papaya", 5200, 4, 1},
    {"FRU-005", "Coconut", 4500, 5, 0},                {"SNA-001", "Potato chips 90 g", 5000, 8, 0},
    {"SNA-002", "Mixture 200 g", 6500, 6, 0},          {"SNA-003", "Murukku 200 g", 7000, 4, 0},
    {"SNA-004", "Glucose biscuits", 1000, 9, 0},       {"SNA-005", "Cream biscuits", 3500, 6, 0},
    {"SWE-001", "Dark chocolate", 11000, 4, 0},        {"SWE-002", "Soan papdi 250 g", 12000, 3, 0},
    {"DRI-001", "Mineral water 1 l", 2000, 8, 0},      {"DRI-002", "Mango drink 600 ml", 4000, 5, 0},
    {"DRI-003", "Cola 750 ml", 4500, 5, 0},            {"HOM-001", "Dish soap 500 ml", 10500, 4, 0},
    {"HOM-002", "Washing powder 1 kg", 13500, 4, 0},   {"HOM-003", "Bath soap, 3", 12600, 4, 0},
    {"HOM-004", "Toothpaste 150 g", 11000, 4, 0},      {"HOM-005", "Incense sticks", 5000, 4, 0},
};
/* clang-format on */
const size_t article_count = sizeof(articles) / sizeof(*articles);
